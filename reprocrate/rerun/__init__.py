"""Running an experiment again: lock, environment, sandbox, plan, execution and comparison."""
