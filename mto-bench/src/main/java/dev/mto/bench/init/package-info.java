/** {@code init}: a first configuration for somebody's own images. */
package dev.mto.bench.init;
