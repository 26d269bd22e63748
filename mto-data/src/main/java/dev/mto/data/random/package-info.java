/**
 * Random numbers by name and position. A stream depends on the seed, its purpose and indices alone:
 *
 * <pre>{@code
 * RandomGenerator mask = RandomStream.of(seed, "mask", epoch, imageIndex);
 * }</pre>
 */
package dev.mto.data.random;
