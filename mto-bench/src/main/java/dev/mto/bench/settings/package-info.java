/** What can be set: the reference of settings, and resolved configurations. */
package dev.mto.bench.settings;
