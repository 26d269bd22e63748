/** {@code ./mto bench input}: how many images a second can be read, decoded and augmented. */
package dev.mto.speed.input;
