package dev.mto.executor.plan;

/**
 * A part of a program whose results are not kept for the backward pass.
 *
 * @param start index of its first operation
 * @param end index after its last
 */
record RecomputedSegment(int start, int end) {}
