/** What the measurements share. */
package dev.mto.speed;
