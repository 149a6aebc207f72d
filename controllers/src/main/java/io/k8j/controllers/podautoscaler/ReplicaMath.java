package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.controllers.pods.Pods;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a number of replicas of what was measured, as upstream's replica calculator does. Pure. */
final class ReplicaMath {
    private static final String NO_PODS = "no pods returned by selector while calculating replica count";
    private static final String NO_SAMPLES = "did not receive metrics for targeted pods (pods might be unready)";

    /**
     * What a metric leads to.
     *
     * @param utilization percents of the requests; 0 if the target is none
     * @param average usage of a Pod, in thousandths; for objects and external metrics without a target for each Pod, all
     */
    record Proposal(int replicas, int utilization, long average) {}

    private final Tolerances tolerances;
    private final PodGroups.Youth youth;

    ReplicaMath(Tolerances tolerances, PodGroups.Youth youth) {
        this.tolerances = tolerances;
        this.youth = youth;
    }

    /** How much is used of what is wanted. */
    private record Ratio(double ratio, int utilization, long average) {}

    private interface Measure {
        Ratio of(Map<String, PodSample> samples);
    }

    private interface Fallback {
        long of(String pod);
    }

    /**
     * For a target that is a percentage of the requests.
     *
     * @param samples by name of the Pod
     * @param container empty for whole Pods
     */
    Proposal utilization(
            int current,
            int target,
            String resource,
            String container,
            List<Pod> pods,
            Map<String, PodSample> samples) {
        if (pods.isEmpty()) throw new MetricException(NO_PODS);
        PodGroups groups = PodGroups.of(pods, samples, youth);
        Map<String, PodSample> counted = counted(samples, groups);
        Map<String, Long> requests = PodRequests.of(pods, container, resource);
        int fallback = Math.max(100, target);
        return of(
                current,
                groups,
                counted,
                measured -> utilization(measured, requests, target),
                pod -> requests.get(pod) * fallback / 100);
    }

    /** For a target that is an amount for each Pod, in thousandths. */
    Proposal average(int current, long target, List<Pod> pods, Map<String, PodSample> samples) {
        if (pods.isEmpty()) throw new MetricException(NO_PODS);
        PodGroups groups = PodGroups.of(pods, samples, youth);
        return of(current, groups, counted(samples, groups), measured -> average(measured, target), pod -> target);
    }

    private static Map<String, PodSample> counted(Map<String, PodSample> samples, PodGroups groups) {
        Map<String, PodSample> counted = new HashMap<>(samples);
        counted.keySet().removeAll(groups.ignored());
        counted.keySet().removeAll(groups.unready());
        if (counted.isEmpty()) throw new MetricException(NO_SAMPLES);
        return counted;
    }

    private Proposal of(
            int current, PodGroups groups, Map<String, PodSample> samples, Measure measure, Fallback onScaleDown) {
        Ratio seen = measure.of(samples);
        boolean upWithUnready = !groups.unready().isEmpty() && seen.ratio > 1;
        if (!upWithUnready && groups.missing().isEmpty()) {
            int replicas = tolerances.contain(seen.ratio) ? current : whole(seen.ratio * groups.ready());
            return new Proposal(replicas, seen.utilization, seen.average);
        }
        for (String pod : groups.missing()) {
            if (seen.ratio < 1) samples.put(pod, PodSample.assumed(onScaleDown.of(pod)));
            else if (seen.ratio > 1) samples.put(pod, PodSample.assumed(0));
        }
        if (upWithUnready) groups.unready().forEach(pod -> samples.put(pod, PodSample.assumed(0)));
        double assumed = measure.of(samples).ratio;
        boolean turned = seen.ratio < 1 && assumed > 1 || seen.ratio > 1 && assumed < 1;
        int replicas = whole(assumed * samples.size());
        boolean wrongWay = assumed < 1 && replicas > current || assumed > 1 && replicas < current;
        boolean stays = tolerances.contain(assumed) || turned || wrongWay;
        return new Proposal(stays ? current : replicas, seen.utilization, seen.average);
    }

    private static Ratio utilization(Map<String, PodSample> samples, Map<String, Long> requests, int target) {
        long used = 0;
        long requested = 0;
        int count = 0;
        for (Map.Entry<String, PodSample> sample : samples.entrySet()) {
            Long request = requests.get(sample.getKey());
            if (request == null) continue; // of a Pod that is gone
            used += sample.getValue().value();
            requested += request;
            count++;
        }
        // The samples may all be of other Pods.
        if (requested == 0) throw new MetricException("no metrics returned matched known pods");
        int percent = (int) (used * 100 / requested);
        return new Ratio((double) percent / target, percent, used / count);
    }

    private static Ratio average(Map<String, PodSample> samples, long target) {
        long used = samples.values().stream().mapToLong(PodSample::value).sum();
        long average = used / samples.size();
        return new Ratio((double) average / target, 0, average);
    }

    /** For a target that is an amount of the object or of the world, in thousandths, which more Pods bring down. */
    Proposal total(int current, long usage, long target, List<Pod> pods) {
        double ratio = (double) usage / target;
        if (current == 0) return new Proposal(whole(ratio), 0, usage);
        if (tolerances.contain(ratio)) return new Proposal(current, 0, usage);
        if (pods.isEmpty()) throw new MetricException("unable to calculate ready pods: " + NO_PODS);
        return new Proposal(whole(ratio * readyOf(pods)), 0, usage);
    }

    /** For a target that is the part of an object's or the world's amount that a Pod is to have, in thousandths. */
    Proposal share(int statusReplicas, long usage, long target) {
        double ratio = usage / ((double) target * statusReplicas);
        int replicas = tolerances.contain(ratio) ? statusReplicas : whole((double) usage / target);
        boolean whole = usage == Long.MAX_VALUE || statusReplicas == 0;
        long average = whole ? usage : (long) Math.ceil((double) usage / statusReplicas);
        return new Proposal(replicas, 0, average);
    }

    private static long readyOf(Collection<Pod> pods) {
        return pods.stream()
                .filter(pod -> "Running".equals(Pods.phase(pod)) && Pods.isReady(pod))
                .count();
    }

    /** The sum, held below the largest number there is. */
    static long sum(List<Long> values) {
        long sum = 0;
        for (long value : values) {
            if (value > 0 && sum > Long.MAX_VALUE - value) return Long.MAX_VALUE;
            sum += value;
        }
        return sum;
    }

    private static int whole(double replicas) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(replicas));
    }
}
