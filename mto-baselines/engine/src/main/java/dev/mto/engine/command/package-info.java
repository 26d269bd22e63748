/** The command of a training job, shared by every baseline's main class and the workbench. */
package dev.mto.engine.command;
