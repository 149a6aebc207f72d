package io.k8j.scheduler.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small random cases against a reference that tries every choice of devices and looks at the whole afterwards: the search
 * finds devices exactly when there are some, and what it finds is right.
 */
class AllocatorReferenceTest {
    private static final int CASES_PER_SEED = 40;

    record Dev(String name, Integer numa, int memory, boolean tainted) {}

    /** @param numa what a selector asks for; null for any */
    record Alternative(String name, int count, Integer numa, boolean tolerates) {}

    record Req(String name, List<Alternative> alternatives) {}

    /** @param requests that it is about; none for all */
    record Rule(Set<String> requests, boolean distinct) {}

    record Cl(String name, List<Req> requests, List<Rule> rules) {}

    /** A device that was picked for an alternative. */
    record Pick(String request, Alternative alternative, Dev device) {}

    static LongStream seeds() {
        return LongStream.range(0, 10);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheReference(long seed) {
        Random random = new Random(seed);
        int possible = 0;
        for (int i = 0; i < CASES_PER_SEED; i++) {
            List<Dev> devices = devices(random);
            int memory = random.nextInt(4, 10);
            List<Cl> claims = new ArrayList<>();
            for (int c = random.nextInt(1, 3); c > 0; c--) claims.add(claim("c" + c, random));
            boolean exists = exists(devices, memory, claims, 0, 0, new ArrayList<>(), new HashSet<>());
            possible += exists ? 1 : 0;
            String what = "seed %d case %d: %s memory %d %s".formatted(seed, i, devices, memory, claims);
            try (DeviceWorld world = world(devices, memory)) {
                Allocator.Outcome outcome = world.allocate(
                        "host",
                        claims.stream().map(AllocatorReferenceTest::object).toArray(ResourceClaim[]::new));
                if (outcome instanceof Allocator.Outcome.Found(List<AllocationResult> results)) {
                    assertThat(isRight(picks(claims, devices, results), memory, claims))
                            .as(what + world.told(outcome))
                            .isTrue();
                    assertThat(exists).as(what).isTrue();
                } else {
                    assertThat(world.told(outcome)).as(what).isEqualTo("cannot allocate all claims");
                    assertThat(exists).as(what).isFalse();
                }
            }
        }
        assertThat(possible).as("cases of both kinds").isBetween(3, CASES_PER_SEED - 3);
    }

    private static List<Dev> devices(Random random) {
        List<Dev> devices = new ArrayList<>();
        for (int i = random.nextInt(2, 6); i > 0; i--) {
            Integer numa = random.nextInt(5) == 0 ? null : random.nextInt(2);
            devices.add(new Dev("d" + i, numa, random.nextInt(4), random.nextInt(5) == 0));
        }
        return devices;
    }

    private static Cl claim(String name, Random random) {
        List<Req> requests = new ArrayList<>();
        for (int r = random.nextInt(1, 3); r > 0; r--) {
            List<Alternative> alternatives = new ArrayList<>();
            for (int a = random.nextInt(1, 3); a > 0; a--) {
                alternatives.add(new Alternative(
                        "a" + a,
                        random.nextInt(1, 3),
                        random.nextInt(3) == 0 ? random.nextInt(2) : null,
                        random.nextInt(3) == 0));
            }
            requests.add(new Req("r" + r, alternatives));
        }
        List<Rule> rules = new ArrayList<>();
        if (random.nextInt(2) == 0) {
            Set<String> about = random.nextBoolean() ? Set.of() : Set.of("r1");
            rules.add(new Rule(about, random.nextInt(3) == 0));
        }
        return new Cl(name, requests, rules);
    }

    private static DeviceWorld world(List<Dev> devices, int memory) {
        StringBuilder list = new StringBuilder("[");
        for (Dev device : devices) {
            list.append("{name: %s, consumesCounters: [{counterSet: s, counters: {memory: {value: '%d'}}}]"
                    .formatted(device.name, device.memory));
            if (device.numa != null) list.append(", attributes: {numa: {int: %d}}".formatted(device.numa));
            if (device.tainted) list.append(", taints: [{key: k, effect: NoSchedule}]");
            list.append("}, ");
        }
        String pool = "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 2}, ";
        return new DeviceWorld()
                .deviceClass("any", "{}")
                .slice(
                        "counters",
                        pool + "sharedCounters: [{name: s, counters: {memory: {value: '%d'}}}]".formatted(memory))
                .slice("devices", pool + "devices: " + list + "]");
    }

    private static ResourceClaim object(Cl claim) {
        StringBuilder yaml = new StringBuilder("{requests: [");
        for (Req request : claim.requests) {
            yaml.append("{name: %s, firstAvailable: [".formatted(request.name));
            for (Alternative alternative : request.alternatives) {
                yaml.append("{name: %s, deviceClassName: any, allocationMode: ExactCount, count: %d"
                        .formatted(alternative.name, alternative.count));
                if (alternative.numa != null) {
                    yaml.append((", selectors: [{cel: {expression: \"has(device.attributes['a.example.com'].numa) &&"
                                    + " device.attributes['a.example.com'].numa == %d\"}}]")
                            .formatted(alternative.numa));
                }
                if (alternative.tolerates) yaml.append(", tolerations: [{operator: Exists}]");
                yaml.append("}, ");
            }
            yaml.append("]}, ");
        }
        yaml.append("], constraints: [");
        for (Rule rule : claim.rules) {
            yaml.append("{requests: %s, %s: a.example.com/numa}, "
                    .formatted(rule.requests, rule.distinct ? "distinctAttribute" : "matchAttribute"));
        }
        return DeviceWorld.claim(claim.name, yaml + "]}");
    }

    /** Tries every alternative with every choice of devices. */
    private static boolean exists(
            List<Dev> devices, int memory, List<Cl> claims, int c, int r, List<List<Pick>> picks, Set<Dev> used) {
        if (c == claims.size()) return isRight(picks, memory, claims);
        if (picks.size() == c) picks.add(new ArrayList<>());
        if (r == claims.get(c).requests.size()) {
            boolean found = exists(devices, memory, claims, c + 1, 0, picks, used);
            while (picks.size() > c + 1) picks.removeLast();
            return found;
        }
        Req request = claims.get(c).requests.get(r);
        for (Alternative alternative : request.alternatives) {
            for (int chosen = 0; chosen < 1 << devices.size(); chosen++) {
                if (Integer.bitCount(chosen) != alternative.count) continue;
                List<Dev> subset = new ArrayList<>();
                for (int d = 0; d < devices.size(); d++) if ((chosen >> d & 1) == 1) subset.add(devices.get(d));
                if (subset.stream().anyMatch(used::contains)) continue;
                used.addAll(subset);
                int before = picks.get(c).size();
                subset.forEach(device -> picks.get(c).add(new Pick(request.name, alternative, device)));
                boolean found = exists(devices, memory, claims, c, r + 1, picks, used);
                picks.get(c).subList(before, picks.get(c).size()).clear();
                used.removeAll(subset);
                if (found) return true;
            }
        }
        return false;
    }

    private static boolean isRight(List<List<Pick>> picks, int memory, List<Cl> claims) {
        Set<Dev> used = new HashSet<>();
        int sum = 0;
        for (int c = 0; c < claims.size(); c++) {
            for (Pick pick : picks.get(c)) {
                if (!used.add(pick.device)) return false;
                sum += pick.device.memory;
                if (pick.device.tainted && !pick.alternative.tolerates) return false;
                if (pick.alternative.numa != null && !pick.alternative.numa.equals(pick.device.numa)) return false;
            }
            for (Req request : claims.get(c).requests) {
                Map<Alternative, Integer> counts = new HashMap<>();
                for (Pick pick : picks.get(c)) {
                    if (pick.request.equals(request.name)) counts.merge(pick.alternative, 1, Integer::sum);
                }
                if (counts.size() != 1) return false;
                if (counts.entrySet().stream().anyMatch(e -> e.getKey().count != e.getValue())) return false;
            }
            for (Rule rule : claims.get(c).rules) {
                if (!holds(rule, picks.get(c))) return false;
            }
        }
        return sum <= memory;
    }

    private static boolean holds(Rule rule, List<Pick> picks) {
        List<Integer> values = new ArrayList<>();
        for (Pick pick : picks) {
            if (rule.requests.isEmpty() || rule.requests.contains(pick.request)) values.add(pick.device.numa);
        }
        if (values.contains(null)) return false;
        int different = new HashSet<>(values).size();
        return rule.distinct ? different == values.size() : different <= 1;
    }

    private static List<List<Pick>> picks(List<Cl> claims, List<Dev> devices, List<AllocationResult> results) {
        List<List<Pick>> all = new ArrayList<>();
        for (int c = 0; c < claims.size(); c++) {
            List<Pick> picks = new ArrayList<>();
            for (DeviceRequestAllocationResult result :
                    results.get(c).getDevices().getResults()) {
                String[] names = result.getRequest().split("/");
                Alternative alternative = claims.get(c).requests.stream()
                        .filter(request -> request.name.equals(names[0]))
                        .flatMap(request -> request.alternatives.stream())
                        .filter(a -> a.name.equals(names[1]))
                        .findFirst()
                        .orElseThrow();
                Dev device = devices.stream()
                        .filter(d -> d.name.equals(result.getDevice()))
                        .findFirst()
                        .orElseThrow();
                picks.add(new Pick(names[0], alternative, device));
            }
            all.add(picks);
        }
        return all;
    }
}
