/**
 * Reads the reference numbers that tests compare with: {@link dev.mto.oracle.Oracle} finds a family
 * of cases, on the class path or in the folder given by {@code -Dmto.oracle=DIR}.
 */
package dev.mto.oracle;
