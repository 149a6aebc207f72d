package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The search for the devices of some claims on one node: claim after claim, request after request, device after device;
 * what does not lead to a solution is taken back. Devices of one request are tried in one order only, as their order does
 * not matter. Used once.
 */
final class Search {
    /** Results that one claim can hold. */
    static final int MOST_RESULTS = 32;

    /** What came of a step and all that follow it. */
    enum Step {
        DONE,
        NO,
        /** A claim would get more devices than its status can hold. */
        TOO_MANY,
        TIMED_OUT
    }

    /** A device that can be picked, with where it was published. */
    record Candidate(PublishedDevice device, PublishedSlice slice, Pool pool) {}

    /** A device that is picked. */
    record Picked(
            Request request,
            Candidate candidate,
            String share,
            Map<String, Quantity> consumed,
            boolean countsCounters) {}

    final List<ResourceClaim> claims;
    final List<List<List<Request>>> requests = new ArrayList<>(); // by claim, request, alternative
    final List<List<Picked>> picked = new ArrayList<>(); // by claim
    final Map<List<Request>, Integer> chosen =
            new IdentityHashMap<>(); // alternatives to the index of theirs that is used

    private final Allocator context;
    private final String node;
    private final Map<String, String> labels;
    private final List<Pool> pools;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<List<Constraint>> constraints = new ArrayList<>(); // by claim
    private final Map<DeviceId, Set<Integer>> taken = new HashMap<>(); // device to claims
    private final Map<DeviceId, Map<String, Quantity>> shares = new HashMap<>();
    private final Map<PoolId, Map<String, Map<String, Quantity>>> counters = new HashMap<>();

    Search(Allocator context, String node, Map<String, String> labels, List<ResourceClaim> claims, List<Pool> pools) {
        this.context = context;
        this.node = node;
        this.labels = labels;
        this.claims = claims;
        this.pools = pools;
    }

    Step run() throws StopException {
        for (Pool pool : pools) {
            if (pool.isUsable()) {
                for (PublishedSlice slice : pool.slices()) {
                    slice.devices.forEach(device -> candidates.add(new Candidate(device, slice, pool)));
                }
            }
        }
        for (ResourceClaim claim : claims) {
            prepare(claim);
        }
        return request(0, 0);
    }

    private static String nameOf(ResourceClaim claim) {
        return claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName();
    }

    private void prepare(ResourceClaim claim) throws StopException {
        List<List<Request>> all = new ArrayList<>();
        long least = 0;
        int index = requests.size();
        requests.add(all);
        picked.add(new ArrayList<>());
        for (DeviceRequest request : claim.getSpec().getDevices().getRequests()) {
            List<Request> alternatives = Request.of(request);
            long fewest = Long.MAX_VALUE;
            for (Request alternative : alternatives) {
                prepare(claim, index, alternative);
                fewest = Math.min(fewest, alternative.size());
            }
            all.add(alternatives);
            least += alternatives.isEmpty() ? 0 : fewest;
        }
        if (least > MOST_RESULTS) {
            throw new StopException("claim %s: number of requested devices %d exceeds the claim limit of %d"
                    .formatted(nameOf(claim), least, MOST_RESULTS));
        }
        List<Constraint> own = new ArrayList<>();
        for (DeviceConstraint constraint : claim.getSpec().getDevices().getConstraints()) {
            Constraint known = Constraint.of(constraint);
            if (known == null) {
                throw new StopException("claim %s, constraint #%d: empty constraint (unsupported constraint type?)"
                        .formatted(nameOf(claim), own.size()));
            }
            own.add(known);
        }
        constraints.add(own);
    }

    private void prepare(ResourceClaim claim, int index, Request request) throws StopException {
        String where = "claim %s, request %s".formatted(nameOf(claim), request.name());
        for (DeviceSelector selector : request.selectors) {
            if (selector.getCel() == null) {
                throw new StopException("%s, selector #%d: CEL expression empty (unsupported selector type?)"
                        .formatted(where, request.selectors.indexOf(selector)));
            }
        }
        if (request.className.isEmpty()) {
            throw new StopException(where + ": missing device class name (unsupported request type?)");
        }
        request.deviceClass = context.classes().apply(request.className);
        if (request.deviceClass == null) {
            throw new StopException(
                    "%s: could not retrieve device class %s: deviceclass.resource.k8s.io \"%s\" not found"
                            .formatted(where, request.className, request.className));
        }
        if (request.all) {
            findAll(where, index, request);
        } else if (!request.mode.equals("ExactCount")) {
            throw new StopException("%s: unsupported count mode %s".formatted(where, request.mode));
        } else if (request.count > Integer.MAX_VALUE) {
            throw new StopException("%s: exact count %d is too large".formatted(where, request.count));
        }
    }

    private void findAll(String where, int claim, Request request) throws StopException {
        for (Pool pool : pools) {
            if (!pool.isUsable()) {
                throw new StopException("%s: asks for all devices, but resource pool %s is currently %s"
                        .formatted(where, pool.id(), pool.incomplete() ? "being updated" : "invalid"));
            }
        }
        for (Candidate candidate : candidates) {
            if (isSuitable(claim, request, candidate) && hasRoom(request, candidate.device())) {
                request.devices.add(candidate);
            }
        }
    }

    private Step request(int claim, int request) throws StopException {
        if (claim >= claims.size()) {
            return Step.DONE;
        }
        List<List<Request>> own = requests.get(claim);
        if (request >= own.size()) {
            Step rest = request(claim + 1, 0);
            return rest == Step.TOO_MANY ? Step.NO : rest; // other choices here may leave more room there
        }
        List<Request> alternatives = own.get(request);
        boolean allTooMany = true;
        for (int i = 0; i < alternatives.size(); i++) {
            Step step = device(claim, request, alternatives.get(i), 0, 0);
            if (step == Step.DONE) {
                chosen.put(alternatives, i);
            }
            if (step == Step.DONE || step == Step.TIMED_OUT) {
                return step;
            }
            allTooMany &= step == Step.TOO_MANY;
        }
        return allTooMany && !alternatives.isEmpty() ? Step.TOO_MANY : Step.NO;
    }

    /**
     * @param index of the device within the request
     * @param from the first candidate to try
     */
    private Step device(int claim, int number, Request request, int index, int from) throws StopException {
        if (context.time().nanoTime() - context.deadline() > 0) {
            return Step.TIMED_OUT;
        }
        if (request.all && request.devices.isEmpty()) {
            return Step.NO;
        }
        if (index >= request.size()) {
            return request(claim, number + 1);
        }
        if (picked.get(claim).size() + request.size() - index > MOST_RESULTS) {
            return Step.TOO_MANY;
        }
        if (request.all) {
            if (!pick(claim, request, request.devices.get(index), true)) {
                return Step.NO;
            }
            Step step = device(claim, number, request, index + 1, 0);
            if (step != Step.DONE) {
                putBack(claim);
            }
            return step;
        }
        for (int i = from; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            if (isTaken(claim, request, candidate.device())
                    || !isSuitable(claim, request, candidate)
                    || !pick(claim, request, candidate, false)) {
                continue;
            }
            Step step = device(claim, number, request, index + 1, i + 1);
            if (step == Step.DONE) {
                return step;
            }
            putBack(claim);
            if (step != Step.NO) {
                return step;
            }
        }
        return Step.NO;
    }

    private boolean isTaken(int claim, Request request, PublishedDevice device) {
        Set<Integer> claimsOf = taken.get(device.id);
        return request.admin
                ? claimsOf != null && claimsOf.contains(claim)
                : claimsOf != null || context.inUse().isWhole(device.id);
    }

    private boolean isSuitable(int claim, Request request, Candidate candidate) throws StopException {
        Boolean known = request.suitable.get(candidate.device());
        if (known != null) {
            return known;
        }
        PublishedDevice device = candidate.device();
        boolean suitable = context.selectors()
                        .match(request.deviceClass.getSpec().getSelectors(), device, "class " + request.className)
                && context.selectors().match(request.selectors, device, "claim " + nameOf(claims.get(claim)))
                && (!candidate.slice().perDevice || device.isOn(node, labels));
        request.suitable.put(device, suitable);
        return suitable;
    }

    private boolean hasRoom(Request request, PublishedDevice device) {
        return Capacities.fits(
                device,
                request.capacity,
                context.inUse().capacity(device.id),
                shares.getOrDefault(device.id, Map.of()));
    }

    /** Whether the device could be taken for the request; then it is. */
    private boolean pick(int claim, Request request, Candidate candidate, boolean must) throws StopException {
        PublishedDevice device = candidate.device();
        boolean inPart = device.shared && (context.inUse().hasCapacity(device.id) || shares.containsKey(device.id));
        boolean counts = !device.consumes.isEmpty() && !inPart; // the first share of a device counts for all
        if (isTaken(claim, request, device)
                || !hasRoom(request, device)
                || counts && !Counters.suffice(countersOf(candidate.pool()), device)
                || !request.tolerates(device)) {
            return false;
        }
        List<Constraint> own = constraints.get(claim);
        for (int i = 0; i < own.size(); i++) {
            if (!own.get(i).add(request, device)) {
                own.subList(0, i).forEach(constraint -> constraint.remove(request));
                if (must) {
                    throw new StopException(
                            "claim %s, request %s: cannot add device %s because a claim constraint would not be satisfied"
                                    .formatted(nameOf(claims.get(claim)), request.name(), device.id));
                }
                return false;
            }
        }
        take(claim, request, candidate, counts);
        return true;
    }

    private void take(int claim, Request request, Candidate candidate, boolean counts) {
        PublishedDevice device = candidate.device();
        if (counts) {
            Counters.take(countersOf(candidate.pool()), device);
        }
        Map<String, Quantity> consumed = Map.of();
        String share = null;
        if (device.shared) {
            consumed = Capacities.taken(device, request.capacity);
            share = newShare();
            Amounts.add(shares.computeIfAbsent(device.id, d -> new HashMap<>()), consumed);
        } else {
            taken.computeIfAbsent(device.id, d -> new HashSet<>()).add(claim);
        }
        picked.get(claim).add(new Picked(request, candidate, share, consumed, counts));
    }

    private String newShare() {
        long high = context.random().nextLong() & ~0xF000L | 0x4000L;
        long low = context.random().nextLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /** Gives back what the claim got last. */
    private void putBack(int claim) {
        Picked last = picked.get(claim).removeLast();
        PublishedDevice device = last.candidate().device();
        constraints.get(claim).forEach(constraint -> constraint.remove(last.request()));
        if (last.countsCounters()) {
            Counters.giveBack(countersOf(last.candidate().pool()), device);
        }
        if (device.shared) {
            Map<String, Quantity> planned = shares.get(device.id);
            Amounts.subtract(planned, last.consumed());
            if (Amounts.isZero(planned)) {
                shares.remove(device.id);
            }
        } else {
            Set<Integer> claimsOf = taken.get(device.id);
            claimsOf.remove(claim);
            if (claimsOf.isEmpty()) {
                taken.remove(device.id);
            }
        }
    }

    private Map<String, Map<String, Quantity>> countersOf(Pool pool) {
        return counters.computeIfAbsent(pool.id(), id -> context.counters().leftOf(pool));
    }
}
