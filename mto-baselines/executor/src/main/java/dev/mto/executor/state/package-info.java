/** Who has the arrays that training changes: the host or the device that trains. */
package dev.mto.executor.state;
