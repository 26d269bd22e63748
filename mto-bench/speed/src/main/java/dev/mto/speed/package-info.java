/** {@code bench}: how fast this project is; here is what its measurements share. */
package dev.mto.speed;
