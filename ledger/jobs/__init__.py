"""Jobs: heavy work in separate processes with limits on time, memory and priority."""
