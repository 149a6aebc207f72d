package io.k8j.schema.lambda;

/** What {@link Lambdas} inherits. */
class LambdasBase {
    protected String shielded() {
        return "shielded";
    }

    @Override
    public String toString() {
        return "base";
    }
}
