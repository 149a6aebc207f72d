package io.k8j.apiserver.validation;

import java.util.List;

/** Checks that a container that ended for good does not come back in the status of its Pod. */
final class ContainerStateValidation {
    private ContainerStateValidation() {}

    static void check(Findings f, Place status, Place before, Place spec) {
        boolean all = allCouldRestart(spec);
        if (!all) {
            list(f, status, before, "containerStatuses", spec.field("containers"), spec);
            list(f, status, before, "initContainerStatuses", spec.field("initContainers"), spec);
        }
        list(f, status, before, "ephemeralContainerStatuses", Place.of(null), spec);
    }

    private static void list(Findings f, Place status, Place before, String list, Place containers, Place spec) {
        for (Place then : before.field(list).items()) {
            Place ended = then.at("state", "terminated");
            if (ended.absent()) {
                continue;
            }
            boolean back = status.field(list).items().stream()
                    .filter(now -> now.text("name").equals(then.text("name")))
                    .findFirst()
                    .filter(now -> now.at("state", "terminated").absent())
                    .isPresent();
            if (back && !mayRestart(containers, then.text("name"), ended.number("exitCode"), spec)) {
                f.forbidden(then.field("state"), "may not be transitioned to non-terminated state");
            }
        }
    }

    /** Whether a container's end can restart them all, whatever the policies of the others. */
    private static boolean allCouldRestart(Place spec) {
        return List.of("initContainers", "containers").stream()
                .flatMap(list -> spec.field(list).items().stream())
                .flatMap(c -> c.field("restartPolicyRules").items().stream())
                .anyMatch(rule -> rule.text("action").equals("RestartAllContainers"));
    }

    private static boolean mayRestart(Place containers, String name, long exitCode, Place spec) {
        for (Place c : containers.items()) {
            if (c.text("name").equals(name)) {
                String own = c.text("restartPolicy");
                return !own.isEmpty() && restartsByRule(c, exitCode)
                        || restarts(own.isEmpty() ? spec.text("restartPolicy") : own, exitCode);
            }
        }
        return false;
    }

    private static boolean restartsByRule(Place container, long exitCode) {
        for (Place rule : container.field("restartPolicyRules").items()) {
            Place codes = rule.field("exitCodes");
            boolean listed = codes.field("values").items().stream().anyMatch(code -> code.number(-1) == exitCode);
            if (codes.present() && listed == codes.text("operator").equals("In")) {
                return rule.text("action").equals("Restart");
            }
        }
        return false;
    }

    private static boolean restarts(String policy, long exitCode) {
        return policy.equals("Always") || policy.equals("OnFailure") && exitCode != 0;
    }
}
