/** The default day with a short training, for tests that are about everything else. */
export const QUICK_DAY = `
name: quick
stages:
  - task: ingest
  - task: clean
  - task: prequential
  - task: features
  - task: train
    params: { config: { epochs: 2, hidden: 16 } }
  - task: evaluate
    params: { min_users: 5 }
  - task: publish
  - task: monitor
`;

/** A made-up archive: bootstrap 16,000 ratings, then 200 a day. */
export const SMALL_SAMPLE = { MATINEE_DATA: "sample:20000" };
