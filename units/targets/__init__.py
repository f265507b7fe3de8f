"""What units owe: targets, schedules and county targets."""
