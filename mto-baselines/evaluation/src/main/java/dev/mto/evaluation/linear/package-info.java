/** Multinomial logistic regression, solved to a gradient tolerance. */
package dev.mto.evaluation.linear;
