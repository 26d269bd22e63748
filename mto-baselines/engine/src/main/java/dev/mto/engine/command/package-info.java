/**
 * The command {@code pretrain}: in the workbench, and by its {@code Main} with one baseline alone.
 */
package dev.mto.engine.command;
