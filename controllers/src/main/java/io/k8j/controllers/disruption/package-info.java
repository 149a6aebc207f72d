/**
 * PodDisruptionBudgets: {@code BudgetPlan} counts, {@code WorkloadScales} finds how many Pods there should be.
 */
package io.k8j.controllers.disruption;
