/** The workbench: the {@code mto} command line, its checks and its benchmarks. */
package dev.mto.bench;
