"""What the tests with foreign clients, the crash tests and the benchmarks share."""
