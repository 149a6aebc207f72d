/**
 * CronJobs: {@code CronJobPlan} finds the due time, and the queue's delay waits for the next.
 */
package io.k8j.controllers.cronjob;
