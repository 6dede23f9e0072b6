"""What is measured: performance, patterns, throughput, multiply-adds."""
