"""What each command does, from the stages below: orchestration only, no printing, no exit codes."""
