/** The workbench: the {@code mto} command line, over the other modules. */
package dev.mto.bench;
