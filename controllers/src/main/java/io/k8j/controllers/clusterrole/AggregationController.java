package io.k8j.controllers.clusterrole;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Selectors;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Fills ClusterRoles that are made up of others. */
public final class AggregationController {
    private final ControllerContext context;
    private final Informer<ClusterRole> roles;
    private final ControllerLoop<ObjectKey> loop;

    private AggregationController(ControllerContext context) {
        this.context = context;
        this.roles = context.informer(ClusterRole.class);
        this.loop = new ControllerLoop<>("clusterrole_aggregation", context.time(), this::reconcile);
        roles.onChange(Handlers.any(changed -> roles.all().stream()
                .filter(role -> role.getAggregationRule() != null)
                .forEach(role -> loop.queue().add(ObjectKey.of(role)))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new AggregationController(context).loop, 2);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<ClusterRole> found = roles.get(key).filter(role -> role.getAggregationRule() != null);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        Set<PolicyRule> rules = new LinkedHashSet<>();
        for (var selector : Nulls.list(found.get().getAggregationRule().getClusterRoleSelectors())) {
            roles.all().stream()
                    .filter(role ->
                            !Nulls.name(role).equals(key.name()) && Selectors.matches(selector, Nulls.labels(role)))
                    .sorted(Comparator.comparing(role -> Nulls.name(role)))
                    .forEach(role -> rules.addAll(Nulls.list(role.getRules())));
        }
        List<PolicyRule> wanted = List.copyOf(rules);
        if (!wanted.equals(Nulls.list(found.get().getRules()))) {
            context.resources(ClusterRole.class)
                    .update(found.get().toBuilder().withRules(wanted).build());
        }
        return Outcome.DONE;
    }
}
