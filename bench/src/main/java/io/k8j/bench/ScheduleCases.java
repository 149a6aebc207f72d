package io.k8j.bench;

import static io.k8j.bench.SchedulePods.asking;
import static io.k8j.bench.SchedulePods.gated;
import static io.k8j.bench.SchedulePods.inZones;
import static io.k8j.bench.SchedulePods.label;
import static io.k8j.bench.SchedulePods.onNode;
import static io.k8j.bench.SchedulePods.plain;
import static io.k8j.bench.SchedulePods.preferred;
import static io.k8j.bench.SchedulePods.priority;
import static io.k8j.bench.SchedulePods.required;
import static io.k8j.bench.SchedulePods.spread;
import static io.k8j.bench.SchedulePods.volume;

import io.k8j.bench.ScheduleCase.Extra;
import io.k8j.bench.ScheduleCase.Shape;
import java.util.List;
import java.util.Map;

/**
 * The workloads, with the numbers of upstream's largest variant of each.
 *
 * @see <a href="https://github.com/kubernetes/kubernetes/tree/v1.36.0/test/integration/scheduler_perf">scheduler_perf</a>
 */
final class ScheduleCases {
    private static final String AFFINITY = "podAffinity";
    private static final String ANTI_AFFINITY = "podAntiAffinity";
    private static final Shape FIRST = (n, nodes) -> plain("first-" + n);
    private static final Shape PLAIN = (n, nodes) -> plain("pod-" + n);

    static final List<ScheduleCase> ALL = List.of(
            of("basic", "nothing but requests", 1, 1000, 10_000, 680, FIRST, PLAIN),
            of("daemonset", "each Pod for one named node", 1, 0, 5000, 0, FIRST, ScheduleCases::daemon),
            of("affinity", "required affinity within a zone", 1, 5000, 5000, 35, affine("first"), affine("pod")),
            of("anti-affinity", "one to a node", 1, 1000, 1000, 60, repelled("first"), repelled("pod")),
            of("preferred-affinity", "near each other", 1, 5000, 5000, 90, near("first"), near("pod")),
            of("preferred-anti-affinity", "away from each other", 1, 5000, 5000, 90, away("first"), away("pod")),
            of(
                    "topology-spreading",
                    "at most 5 apart between zones",
                    3,
                    5000,
                    5000,
                    460,
                    FIRST,
                    spreading("DoNotSchedule")),
            of(
                    "preferred-spreading",
                    "evenly over zones if possible",
                    3,
                    5000,
                    5000,
                    340,
                    FIRST,
                    spreading("ScheduleAnyway")),
            of("node-affinity", "nodes of two zones", 1, 5000, 10_000, 540, FIRST, ScheduleCases::zonal),
            new ScheduleCase(
                    "mixed-churn",
                    "nodes, Pods and Services come and go",
                    1,
                    5000,
                    0,
                    10_000,
                    710,
                    FIRST,
                    PLAIN,
                    true,
                    Extra.CHURN),
            of("mixed-base", "among Pods of all kinds", 1, 10_000, 1000, 540, ScheduleCases::mixed, PLAIN),
            new ScheduleCase(
                    "preemption",
                    "four low Pods make room for one",
                    1,
                    5000,
                    20_000,
                    5000,
                    570,
                    ScheduleCases::low,
                    ScheduleCases::high,
                    true,
                    Extra.PRIORITIES),
            new ScheduleCase(
                    "unschedulable",
                    "beside Pods that fit nowhere",
                    1,
                    5000,
                    200,
                    10_000,
                    590,
                    ScheduleCases::huge,
                    PLAIN,
                    false,
                    Extra.NONE),
            new ScheduleCase(
                    "gated",
                    "beside Pods that are held back",
                    1,
                    5000,
                    10_000,
                    10_000,
                    0,
                    ScheduleCases::held,
                    PLAIN,
                    false,
                    Extra.NONE),
            new ScheduleCase(
                    "secrets",
                    "each with a Secret as volume",
                    1,
                    5000,
                    5000,
                    5000,
                    510,
                    FIRST,
                    ScheduleCases::withSecret,
                    true,
                    Extra.SECRETS),
            new ScheduleCase(
                    "in-tree-volumes",
                    "each with a bound volume",
                    1,
                    5000,
                    2000,
                    1000,
                    180,
                    FIRST,
                    ScheduleCases::withClaim,
                    true,
                    Extra.IN_TREE_VOLUMES),
            new ScheduleCase(
                    "csi-volumes",
                    "each with a bound CSI volume",
                    1,
                    5000,
                    2000,
                    1000,
                    48,
                    FIRST,
                    ScheduleCases::withClaim,
                    true,
                    Extra.CSI_VOLUMES));

    private ScheduleCases() {}

    private static ScheduleCase of(
            String name, String says, int zones, int first, int measured, int threshold, Shape before, Shape pod) {
        return new ScheduleCase(name, says, zones, 5000, first, measured, threshold, before, pod, true, Extra.NONE);
    }

    private static Map<String, Object> daemon(int number, BenchNodes nodes) {
        return onNode(asking(plain("pod-" + number), "10m", "10Mi"), nodes.name(number % nodes.count()));
    }

    private static Shape affine(String prefix) {
        return (n, nodes) -> required(label(plain(prefix + "-" + n), "color", "blue"), AFFINITY, "blue", true);
    }

    private static Shape repelled(String prefix) {
        return (n, nodes) -> required(label(plain(prefix + "-" + n), "color", "green"), ANTI_AFFINITY, "green", false);
    }

    private static Shape near(String prefix) {
        return (n, nodes) -> preferred(label(plain(prefix + "-" + n), "color", "red"), AFFINITY, "red");
    }

    private static Shape away(String prefix) {
        return (n, nodes) -> preferred(label(plain(prefix + "-" + n), "color", "yellow"), ANTI_AFFINITY, "yellow");
    }

    private static Shape spreading(String otherwise) {
        return (n, nodes) -> spread(label(plain("pod-" + n), "color", "blue"), "blue", otherwise);
    }

    private static Map<String, Object> zonal(int number, BenchNodes nodes) {
        return inZones(plain("pod-" + number), "zone1", "zone2");
    }

    private static Map<String, Object> mixed(int number, BenchNodes nodes) {
        return switch (number % 5) {
            case 0 -> FIRST.apply(number, nodes);
            case 1 -> affine("first").apply(number, nodes);
            case 2 ->
                number / 5 < nodes.count() / 5 ? repelled("first").apply(number, nodes) : FIRST.apply(number, nodes);
            case 3 -> near("first").apply(number, nodes);
            default -> away("first").apply(number, nodes);
        };
    }

    private static Map<String, Object> low(int number, BenchNodes nodes) {
        return asking(plain("first-" + number), "900m", "500Mi");
    }

    private static Map<String, Object> high(int number, BenchNodes nodes) {
        return priority(asking(plain("pod-" + number), "3", "500Mi"), 1_000_000, nodes.runName());
    }

    private static Map<String, Object> huge(int number, BenchNodes nodes) {
        return asking(plain("first-" + number), "9", "500Mi");
    }

    private static Map<String, Object> held(int number, BenchNodes nodes) {
        return gated(plain("first-" + number));
    }

    private static Map<String, Object> withSecret(int number, BenchNodes nodes) {
        return volume(plain("pod-" + number), "secret", Map.of("secretName", "secret"));
    }

    private static Map<String, Object> withClaim(int number, BenchNodes nodes) {
        return volume(plain("pod-" + number), "persistentVolumeClaim", Map.of("claimName", "claim-" + number));
    }
}
