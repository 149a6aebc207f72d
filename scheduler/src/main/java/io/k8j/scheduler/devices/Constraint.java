package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the devices of a claim must have in common, or must not, while they are picked one after the other. */
final class Constraint {
    private final Set<String> requests;
    private final String attribute;
    private final boolean distinct;
    private final Deque<Object> values = new ArrayDeque<>();

    private Constraint(List<String> requests, String attribute, boolean distinct) {
        this.requests = new HashSet<>(requests);
        this.attribute = attribute;
        this.distinct = distinct;
    }

    /** Null for a constraint of a kind that is not known. */
    static Constraint of(DeviceConstraint constraint) {
        if (constraint.getMatchAttribute() != null) {
            return new Constraint(constraint.getRequests(), constraint.getMatchAttribute(), false);
        }
        return constraint.getDistinctAttribute() == null
                ? null
                : new Constraint(constraint.getRequests(), constraint.getDistinctAttribute(), true);
    }

    /** Whether the device goes with those before it; then it is one of them until {@link #remove}. */
    boolean add(Request request, PublishedDevice device) {
        if (!concerns(request)) {
            return true;
        }
        Object value = device.attribute(attribute);
        if (value == null) {
            return false;
        }
        boolean fits = distinct
                ? !values.contains(value)
                : values.isEmpty() || values.peekLast().equals(value);
        if (fits) {
            values.addLast(value);
        }
        return fits;
    }

    /** Takes the last device back. */
    void remove(Request request) {
        if (concerns(request)) {
            values.removeLast();
        }
    }

    private boolean concerns(Request request) {
        return requests.isEmpty() || requests.contains(request.baseName()) || requests.contains(request.fullName());
    }
}
