/**
 * The commands that clusters run too: {@code pretrain}, in the workbench and by its {@code Main}
 * with one baseline alone, and {@code data shard}.
 */
package dev.mto.engine.command;
