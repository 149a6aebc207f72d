package io.k8j.apiserver.authz;

import io.k8j.apiserver.resource.ServedApis;
import io.k8j.model.json.Trees;
import java.util.List;

/** The rules of the roles that every cluster has, for those who do not ask RBAC for them. */
public final class BootstrapPolicy {
    private BootstrapPolicy() {}

    /**
     * The rules of a bootstrap ClusterRole.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public static List<PolicyRule> rulesOf(String role) {
        return BootstrapRoles.read(ServedApis.DEFAULTS).roles().stream()
                .filter(known -> role.equals(Trees.string(known, "metadata", "name")))
                .findFirst()
                .map(known -> PolicyRule.listOf(known.get("rules")))
                .orElseThrow(() -> new IllegalArgumentException("there is no bootstrap role " + role));
    }
}
