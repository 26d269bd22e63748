/** How much memory there is, asked before it is taken. */
package dev.mto.executor.memory;
