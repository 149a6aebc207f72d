package io.k8j.bench.schedule;

import static io.k8j.bench.schedule.SchedulePods.asking;
import static io.k8j.bench.schedule.SchedulePods.finalized;
import static io.k8j.bench.schedule.SchedulePods.gated;
import static io.k8j.bench.schedule.SchedulePods.inAllNamespaces;
import static io.k8j.bench.schedule.SchedulePods.inZones;
import static io.k8j.bench.schedule.SchedulePods.label;
import static io.k8j.bench.schedule.SchedulePods.light;
import static io.k8j.bench.schedule.SchedulePods.onNode;
import static io.k8j.bench.schedule.SchedulePods.plain;
import static io.k8j.bench.schedule.SchedulePods.preferred;
import static io.k8j.bench.schedule.SchedulePods.priority;
import static io.k8j.bench.schedule.SchedulePods.required;
import static io.k8j.bench.schedule.SchedulePods.spread;
import static io.k8j.bench.schedule.SchedulePods.volume;

import io.k8j.bench.schedule.ScheduleCase.Before;
import io.k8j.bench.schedule.ScheduleCase.Extra;
import io.k8j.bench.schedule.ScheduleCase.Fleet.Kind;
import io.k8j.bench.schedule.ScheduleCase.Meanwhile;
import io.k8j.bench.schedule.ScheduleCase.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The workloads, with the numbers of upstream's largest measured variant of each.
 *
 * @see <a href="https://github.com/kubernetes/kubernetes/tree/v1.36.0/test/integration/scheduler_perf">scheduler_perf</a>
 */
public final class ScheduleCases {
    private static final String AFFINITY = "podAffinity";
    private static final String ANTI_AFFINITY = "podAntiAffinity";
    private static final Shape FIRST = (n, nodes) -> plain("first-" + n);
    private static final Shape PLAIN = (n, nodes) -> plain("pod-" + n);
    private static final Shape LIGHT = (n, nodes) -> light("pod-" + n);

    public static final List<ScheduleCase> ALL = Stream.of(misc(), affinity(), spreading(), volumes(), devices())
            .flatMap(List::stream)
            .toList();

    private ScheduleCases() {}

    /** By either of its names. */
    static Optional<ScheduleCase> find(String name) {
        return ALL.stream()
                .filter(one -> one.name().equals(name)
                        || one.upstream().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private static List<ScheduleCase> misc() {
        return List.of(
                ScheduleCase.of("basic", "SchedulingBasic", "nothing but requests", 10_000, PLAIN)
                        .after(1000, FIRST)
                        .threshold(680),
                ScheduleCase.of("daemonset", "SchedulingDaemonset", "all for one node", 30_000, ScheduleCases::daemon)
                        .on(15_000, 1, Kind.ONE_LARGE)
                        .threshold(1100),
                ScheduleCase.of(
                                "preemption",
                                "PreemptionBasic",
                                "four low Pods make room for one",
                                5000,
                                ScheduleCases::high)
                        .after(20_000, ScheduleCases::low)
                        .with(Extra.PRIORITIES),
                ScheduleCase.of(
                                "preemption-async",
                                "PreemptionAsync",
                                "beside Pods that drive others away",
                                5000,
                                PLAIN)
                        .after(20_000, ScheduleCases::low)
                        .with(Extra.PRIORITIES)
                        .during(Meanwhile.PREEMPTING_PODS)
                        .threshold(570),
                ScheduleCase.of("unschedulable", "Unschedulable", "beside Pods that fit nowhere", 10_000, PLAIN)
                        .after(20_000, FIRST)
                        .with(Extra.PRIORITIES)
                        .during(Meanwhile.UNSCHEDULABLE_PODS)
                        .threshold(600),
                ScheduleCase.of(
                                "mixed-churn",
                                "SchedulingWithMixedChurn",
                                "nodes, Pods and Services come and go",
                                10_000,
                                PLAIN)
                        .during(Meanwhile.CHURN)
                        .threshold(710),
                ScheduleCase.of(
                                "gated",
                                "SchedulingWhileGated",
                                "beside Pods that are held back and some that go",
                                20_000,
                                LIGHT)
                        .after(new Before(10_000, ScheduleCases::heldOrLight, false, 0))
                        .during(Meanwhile.DELETIONS)
                        .threshold(910),
                ScheduleCase.of(
                                "deleted-with-finalizers",
                                "SchedulingDeletedPodsWithFinalizers",
                                "beside Pods that are deleted but held",
                                5000,
                                LIGHT)
                        .after(new Before(5000, (n, nodes) -> finalized(light("first-" + n)), false, 0))
                        .during(Meanwhile.FAST_DELETIONS)
                        .threshold(830));
    }

    private static List<ScheduleCase> affinity() {
        return List.of(
                ScheduleCase.of(
                                "affinity",
                                "SchedulingPodAffinity",
                                "required within a zone",
                                5000,
                                affine("pod", false))
                        .after(5000, affine("first", false))
                        .threshold(35),
                ScheduleCase.of(
                                "anti-affinity",
                                "SchedulingPodAntiAffinity",
                                "one to a node",
                                1000,
                                repelled("pod", false))
                        .after(1000, repelled("first", false))
                        .threshold(60),
                ScheduleCase.of(
                                "matching-anti-affinity",
                                "SchedulingPodMatchingAntiAffinity",
                                "others keep away from their like",
                                5000,
                                (n, nodes) -> label(plain("pod-" + n), "color", "blue"))
                        .after(1000, repelled("first", false))
                        .threshold(595),
                ScheduleCase.of(
                                "preferred-affinity",
                                "SchedulingPreferredPodAffinity",
                                "near each other",
                                5000,
                                near("pod", false))
                        .after(5000, near("first", false))
                        .threshold(90),
                ScheduleCase.of(
                                "preferred-anti-affinity",
                                "SchedulingPreferredPodAntiAffinity",
                                "away from each other",
                                5000,
                                away("pod", false))
                        .after(5000, away("first", false))
                        .threshold(90),
                ScheduleCase.of("node-affinity", "SchedulingNodeAffinity", "two zones", 10_000, ScheduleCases::zonal)
                        .after(5000, FIRST)
                        .threshold(220),
                ScheduleCase.of("mixed-base", "MixedSchedulingBasePod", "among Pods of all kinds", 5000, PLAIN)
                        .after(10_000, ScheduleCases::mixed)
                        .threshold(140),
                ScheduleCase.of(
                                "anti-affinity-ns-selector",
                                "SchedulingRequiredPodAntiAffinityWithNSSelector",
                                "one to a node, Pods of 100 namespaces counted",
                                2000,
                                repelled("pod", true))
                        .on(6000, 1, Kind.PLAIN)
                        .after(new Before(4000, repelled("first", true), true, 100))
                        .threshold(24),
                ScheduleCase.of(
                                "preferred-anti-affinity-ns-selector",
                                "SchedulingPreferredAntiAffinityWithNSSelector",
                                "away from Pods of 100 namespaces",
                                2000,
                                away("pod", true))
                        .after(new Before(4000, away("first", true), true, 100))
                        .threshold(55),
                ScheduleCase.of(
                                "affinity-ns-selector",
                                "SchedulingRequiredPodAffinityWithNSSelector",
                                "in the zone of Pods of 100 namespaces",
                                2000,
                                affine("pod", true))
                        .after(new Before(5000, affine("first", true), true, 100))
                        .threshold(35),
                ScheduleCase.of(
                                "preferred-affinity-ns-selector",
                                "SchedulingPreferredAffinityWithNSSelector",
                                "near Pods of 100 namespaces",
                                5000,
                                near("pod", true))
                        .after(new Before(5000, near("first", true), true, 100))
                        .threshold(90),
                ScheduleCase.of(
                                "gated-affinity",
                                "SchedulingGatedPodsWithPodAffinityImpactForThroughput",
                                "beside Pods that are held back and want them near",
                                20_000,
                                (n, nodes) -> label(light("pod-" + n), "app", "scheduler-perf"))
                        .after(new Before(10_000, ScheduleCases::heldNear, false, 0))
                        .threshold(110));
    }

    private static List<ScheduleCase> spreading() {
        return List.of(
                ScheduleCase.of(
                                "topology-spreading",
                                "TopologySpreading",
                                "at most 5 apart between zones",
                                5000,
                                spreading("DoNotSchedule"))
                        .on(5000, 3, Kind.PLAIN)
                        .after(5000, FIRST)
                        .threshold(460),
                ScheduleCase.of(
                                "preferred-spreading",
                                "PreferredTopologySpreading",
                                "evenly over zones if possible",
                                5000,
                                spreading("ScheduleAnyway"))
                        .on(5000, 3, Kind.PLAIN)
                        .after(5000, FIRST)
                        .threshold(340),
                ScheduleCase.of(
                                "default-spreading",
                                "DefaultTopologySpreading",
                                "Pods of a Service, spread by default",
                                50_000,
                                (n, nodes) -> label(light("pod-" + n), "app", "scheduler-perf"))
                        .on(5000, 3, Kind.PLAIN)
                        .after(5000, FIRST)
                        .with(Extra.SERVICE)
                        .threshold(160),
                ScheduleCase.of(
                                "node-inclusion-policy",
                                "SchedulingWithNodeInclusionPolicy",
                                "spread over nodes without taints only",
                                4000,
                                ScheduleCases::honouring)
                        .on(5000, 1, Kind.TAINTED)
                        .threshold(270));
    }

    private static List<ScheduleCase> volumes() {
        return List.of(
                ScheduleCase.of(
                                "secrets",
                                "SchedulingSecrets",
                                "each with a Secret as volume",
                                5000,
                                ScheduleCases::withSecret)
                        .after(5000, FIRST)
                        .with(Extra.SECRETS)
                        .threshold(510),
                ScheduleCase.of(
                                "in-tree-volumes",
                                "SchedulingInTreePVs",
                                "each with a bound volume",
                                1000,
                                ScheduleCases::withClaim)
                        .after(2000, FIRST)
                        .with(Extra.IN_TREE_VOLUMES)
                        .threshold(180),
                ScheduleCase.of(
                                "csi-volumes",
                                "SchedulingCSIPVs",
                                "each with a bound CSI volume",
                                1000,
                                ScheduleCases::withClaim)
                        .after(2000, FIRST)
                        .with(Extra.CSI_VOLUMES)
                        .threshold(48));
    }

    private static List<ScheduleCase> devices() {
        return List.of(
                ScheduleCase.of(
                                "extended-resource",
                                "SchedulingWithExtendedResource",
                                "each with a unit of an extended resource",
                                5000,
                                (n, nodes) -> SchedulePods.extended(plain("pod-" + n)))
                        .on(5000, 1, Kind.EXTENDED)
                        .threshold(180),
                ScheduleCase.of(
                                "claim-template",
                                "SchedulingWithResourceClaimTemplate",
                                "each with a device, by a template of claims",
                                2500,
                                (n, nodes) -> SchedulePods.claiming(plain("pod-" + n)))
                        .on(500, 1, Kind.DEVICES)
                        .after(2500, (n, nodes) -> SchedulePods.claiming(plain("first-" + n)))
                        .with(Extra.CLAIM_TEMPLATE)
                        .threshold(56));
    }

    private static Map<String, Object> daemon(int number, BenchNodes nodes) {
        return onNode(light("pod-" + number), nodes.name(0));
    }

    private static Map<String, Object> everywhere(Map<String, Object> pod, String kind, boolean all) {
        return all ? inAllNamespaces(pod, kind) : pod;
    }

    /** @param all whether Pods of all namespaces of the run count */
    private static Shape affine(String prefix, boolean all) {
        return (n, nodes) -> everywhere(
                required(label(plain(prefix + "-" + n), "color", "blue"), AFFINITY, "blue", true), AFFINITY, all);
    }

    private static Shape repelled(String prefix, boolean all) {
        return (n, nodes) -> everywhere(
                required(label(plain(prefix + "-" + n), "color", "green"), ANTI_AFFINITY, "green", false),
                ANTI_AFFINITY,
                all);
    }

    private static Shape near(String prefix, boolean all) {
        return (n, nodes) ->
                everywhere(preferred(label(plain(prefix + "-" + n), "color", "red"), AFFINITY, "red"), AFFINITY, all);
    }

    private static Shape away(String prefix, boolean all) {
        return (n, nodes) -> everywhere(
                preferred(label(plain(prefix + "-" + n), "color", "yellow"), ANTI_AFFINITY, "yellow"),
                ANTI_AFFINITY,
                all);
    }

    private static Shape spreading(String otherwise) {
        return (n, nodes) -> spread(label(plain("pod-" + n), "color", "blue"), "blue", otherwise);
    }

    private static Map<String, Object> honouring(int number, BenchNodes nodes) {
        return SchedulePods.spreadOverNodes(label(plain("pod-" + number), "foo", ""), "foo");
    }

    private static Map<String, Object> zonal(int number, BenchNodes nodes) {
        return inZones(plain("pod-" + number), "zone1", "zone2");
    }

    private static Map<String, Object> mixed(int number, BenchNodes nodes) {
        return switch (number % 5) {
            case 0 -> FIRST.apply(number, nodes);
            case 1 -> affine("first", false).apply(number, nodes);
            case 2 ->
                number / 5 < nodes.count() / 5
                        ? repelled("first", false).apply(number, nodes)
                        : FIRST.apply(number, nodes);
            case 3 -> near("first", false).apply(number, nodes);
            default -> away("first", false).apply(number, nodes);
        };
    }

    private static Map<String, Object> low(int number, BenchNodes nodes) {
        return asking(plain("first-" + number), "900m", "500Mi");
    }

    private static Map<String, Object> high(int number, BenchNodes nodes) {
        return priority(asking(plain("pod-" + number), "3", "500Mi"), 1_000_000, nodes.runName());
    }

    /** Every other one is bound and deleted later. */
    private static Map<String, Object> heldOrLight(int number, BenchNodes nodes) {
        Map<String, Object> pod = light("first-" + number);
        return number % 2 == 0 ? gated(pod) : pod;
    }

    private static Map<String, Object> heldNear(int number, BenchNodes nodes) {
        return gated(SchedulePods.near(light("first-" + number), "app", "scheduler-perf"));
    }

    private static Map<String, Object> withSecret(int number, BenchNodes nodes) {
        return volume(plain("pod-" + number), "secret", Map.of("secretName", "secret"));
    }

    private static Map<String, Object> withClaim(int number, BenchNodes nodes) {
        return volume(plain("pod-" + number), "persistentVolumeClaim", Map.of("claimName", "claim-" + number));
    }
}
