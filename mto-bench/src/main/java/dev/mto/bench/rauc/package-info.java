/** {@code rauc}: the paper's measure of how much faster pre-training becomes. */
package dev.mto.bench.rauc;
