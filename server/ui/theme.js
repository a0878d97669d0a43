// Before anything is painted: the theme that was chosen here earlier. Without a choice, the system's.
const theme = localStorage.getItem("matinee.theme");
if (theme) document.documentElement.dataset.theme = theme;
