package io.k8j.kubelet.pods.admission;

/** One reason why a Pod does not fit on its node, in upstream's words. */
sealed interface Misfit {
    /** The reason of the Pod's status. */
    String reason();

    /** What is said about it. */
    String message();

    /**
     * Others use too much of a resource.
     *
     * @param requested thousandths of CPUs, bytes or pieces, as the others
     */
    record Shortage(String resource, long requested, long used, long capacity) implements Misfit {
        @Override
        public String reason() {
            return "OutOf" + resource;
        }

        @Override
        public String message() {
            return "Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d"
                    .formatted(resource, requested, used, capacity);
        }

        /** How much must become free. */
        long missing() {
            return requested - (capacity - used);
        }
    }

    /** Something else than a resource. */
    record Mismatch(String predicate, String description) implements Misfit {
        @Override
        public String reason() {
            return predicate;
        }

        @Override
        public String message() {
            return "Predicate %s failed: %s".formatted(predicate, description);
        }
    }
}
