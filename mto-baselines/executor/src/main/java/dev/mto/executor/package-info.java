/** Execution of SameDiff graphs in reused memory. */
package dev.mto.executor;
