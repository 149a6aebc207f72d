package io.k8j.controllers;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What single controllers count, under upstream's names. Safe for all threads. */
public final class ControllerMetrics {
    private static final double[] JOB_SECONDS = Histogram.exponential(0.004, 2, 15);
    private static final double[] SKEW_SECONDS = Histogram.exponential(1, 2, 10);

    private final MetricFamily skew = MetricFamily.histogram(
                    "cronjob_controller_job_creation_skew_duration_seconds",
                    "STABLE",
                    "Time between when a cronjob is scheduled to be run, and when the corresponding job is created",
                    SKEW_SECONDS)
            .init();
    private final MetricFamily jobSeconds = MetricFamily.histogram(
            "job_controller_job_sync_duration_seconds",
            "STABLE",
            "The time it took to sync a job",
            JOB_SECONDS,
            "completion_mode",
            "result",
            "action");
    private final MetricFamily jobSyncs = MetricFamily.counter(
            "job_controller_job_syncs_total",
            "STABLE",
            "The number of job syncs",
            "completion_mode",
            "result",
            "action");
    private final MetricFamily jobsFinished = MetricFamily.counter(
            "job_controller_jobs_finished_total",
            "STABLE",
            "The number of finished jobs",
            "completion_mode",
            "result",
            "reason");
    private final MetricFamily jobPods = MetricFamily.counter(
            "job_controller_job_pods_finished_total",
            "STABLE",
            "The number of finished Pods that are fully tracked",
            "completion_mode",
            "result");
    private final MetricFamily evictions = MetricFamily.counter(
            "node_collector_evictions_total",
            "STABLE",
            "Number of Node evictions that happened since current instance of NodeController started.",
            "zone");
    private final MetricFamily mayBeMissing = MetricFamily.gauge(
            "statefulset_controller_statefulset_max_unavailable",
            "BETA",
            "Maximum number of unavailable pods allowed during StatefulSet rolling updates",
            "statefulset_namespace",
            "statefulset_name",
            "pod_management_policy");
    private final MetricFamily missing = MetricFamily.gauge(
            "statefulset_controller_statefulset_unavailable_replicas",
            "BETA",
            "Current number of unavailable pods in StatefulSet",
            "statefulset_namespace",
            "statefulset_name",
            "pod_management_policy");
    private final List<MetricFamily> all =
            List.of(skew, jobPods, jobSeconds, jobSyncs, jobsFinished, evictions, mayBeMissing, missing);

    private final List<Consumer<StringBuilder>> others = new CopyOnWriteArrayList<>();

    /** Adds what a controller counts by itself; {@code page} appends it in Prometheus' text format. */
    public void add(Consumer<StringBuilder> page) {
        others.add(page);
    }

    /** A CronJob's Job was made that long after its time. */
    public void cronJobStarted(Duration late) {
        skew.observe(late.toNanos() / 1e9);
    }

    /**
     * A Job was looked at.
     *
     * @param mode its completion mode, likewise below
     * @param action {@code reconciling}, {@code tracking}, {@code pods_created} or {@code pods_deleted}
     */
    public void jobSynced(String mode, boolean failed, String action, Duration took) {
        String result = failed ? "error" : "success";
        jobSeconds.observe(took.toNanos() / 1e9, mode, result, action);
        jobSyncs.count(mode, result, action);
    }

    /** @param reason of a Job that failed; empty if it did what it was to do */
    public void jobFinished(String mode, boolean failed, String reason) {
        jobsFinished.count(mode, failed ? "failed" : "succeeded", reason);
    }

    /** Pods of a Job have ended and are counted in its status. */
    public void podsFinished(String mode, boolean failed, long count) {
        if (count > 0) jobPods.add(count, mode, failed ? "failed" : "succeeded");
    }

    /** A StatefulSet that rolls its updates out was looked at. */
    public void statefulSet(String namespace, String name, String podManagement, int mostMissing, int missingNow) {
        mayBeMissing.set(mostMissing, namespace, name, podManagement);
        missing.set(missingNow, namespace, name, podManagement);
    }

    /** A StatefulSet is gone. */
    public void statefulSetGone(String namespace, String name) {
        for (String podManagement : List.of("OrderedReady", "Parallel")) {
            mayBeMissing.remove(namespace, name, podManagement);
            missing.remove(namespace, name, podManagement);
        }
    }

    /** Pods are to leave a node that is not well. */
    public void evicting(String zone) {
        evictions.count(zone);
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        all.forEach(family -> family.write(out));
        others.forEach(page -> page.accept(out));
    }
}
