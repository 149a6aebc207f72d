package io.k8j.scheduler.framework;

import java.util.List;

/**
 * What a plugin says about a Pod, or a Pod on a node. Immutable; plugins return it and never throw it.
 *
 * @param code the answer
 * @param reasons sentences for the user, empty for success
 * @param plugin who said it; empty until the framework fills it in
 */
public record Status(Code code, List<String> reasons, String plugin) {
    /** The kinds of answers. */
    public enum Code {
        SUCCESS,
        /** Something went wrong inside; the Pod is tried again soon. */
        ERROR,
        /** Not possible now; removing Pods may help. */
        UNSCHEDULABLE,
        /** Not possible now, and removing Pods does not help. */
        UNSCHEDULABLE_AND_UNRESOLVABLE,
        /** Permit only: hold the Pod until it is allowed. */
        WAIT,
        /** PreFilter, PreScore and Bind: this plugin has nothing to do for this Pod. */
        SKIP,
        /** Not possible until something outside happens that is under way. */
        PENDING
    }

    public static final Status SUCCESS = new Status(Code.SUCCESS, List.of(), "");
    public static final Status SKIP = new Status(Code.SKIP, List.of(), "");

    public Status {
        reasons = List.copyOf(reasons);
    }

    public static Status unschedulable(String... reasons) {
        return new Status(Code.UNSCHEDULABLE, List.of(reasons), "");
    }

    public static Status unresolvable(String... reasons) {
        return new Status(Code.UNSCHEDULABLE_AND_UNRESOLVABLE, List.of(reasons), "");
    }

    public static Status error(String reason) {
        return new Status(Code.ERROR, List.of(reason), "");
    }

    /** This answer under a plugin's name; itself if it has one. */
    public Status by(String name) {
        return plugin.isEmpty() && code != Code.SUCCESS && code != Code.SKIP ? new Status(code, reasons, name) : this;
    }

    public boolean isSuccess() {
        return code == Code.SUCCESS;
    }

    public boolean isSkip() {
        return code == Code.SKIP;
    }

    /** Whether the Pod was refused, as opposed to allowed or failed. */
    public boolean isRejected() {
        return code == Code.UNSCHEDULABLE || code == Code.UNSCHEDULABLE_AND_UNRESOLVABLE || code == Code.PENDING;
    }

    public String message() {
        return String.join(", ", reasons);
    }
}
