package io.k8j.server.flags;

import java.util.List;

/** The flags of upstream's kube-scheduler that {@code --kube-scheduler-arg} passes through. */
public final class SchedulerFlags {
    public static final String OPTION = "--kube-scheduler-arg";

    public static final List<Flag> ALL = List.of(
            new Flag("config", FlagType.TEXT),
            new Flag("feature-gates", FlagType.MAP),
            new Flag("pod-max-in-unschedulable-pods-duration", FlagType.DURATION));

    private SchedulerFlags() {}

    /** @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form */
    public static FlagValues parse(List<String> arguments) {
        return FlagValues.parse(OPTION, arguments, ALL);
    }
}
