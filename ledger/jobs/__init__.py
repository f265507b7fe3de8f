"""Jobs: heavy work in processes of their own, with limits of time, memory and priority."""
