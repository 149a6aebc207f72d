package io.k8j.controllers.disruption;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Selectors;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Rests;
import io.k8j.model.api.ApiException;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Writes into each PodDisruptionBudget how many evictions the API may grant. */
public final class DisruptionController {
    private final ControllerContext context;
    private final Informer<PodDisruptionBudget> budgets;
    private final WorkloadScales scales;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private DisruptionController(ControllerContext context) {
        this.context = context;
        this.budgets = context.informer(PodDisruptionBudget.class);
        this.scales = new WorkloadScales(context);
        this.events = context.recorder("controllermanager");
        this.loop = new ControllerLoop<>("disruption", context.time(), this::reconcile);
        budgets.onChange(Handlers.any(budget -> loop.queue().add(ObjectKey.of(budget))));
        context.pods().informer().onChange(Handlers.of(this::podChanged, this::podUpdated, this::podChanged));
        follow(Deployment.class, d -> Nulls.or(d.getSpec().getReplicas(), 1));
        follow(ReplicaSet.class, s -> Nulls.or(s.getSpec().getReplicas(), 1));
        follow(StatefulSet.class, s -> Nulls.or(s.getSpec().getReplicas(), 1));
    }

    public static Controller create(ControllerContext context) {
        ControllerLoop<ObjectKey> budgets = new DisruptionController(context).loop;
        ControllerLoop<ObjectKey> stale = new StaleTargets(context).loop();
        return Controller.of(List.of(budgets, stale), 1);
    }

    /** A workload's new size changes shares. */
    private <T extends HasMetadata> void follow(Class<T> type, ToIntFunction<T> replicas) {
        context.informer(type)
                .onChange(Handlers.of(
                        object -> {},
                        (before, now) -> {
                            if (replicas.applyAsInt(before) != replicas.applyAsInt(now)) {
                                budgets.inNamespace(Nulls.namespace(now))
                                        .filter(BudgetPlan::needsScale)
                                        .forEach(budget -> loop.queue().add(ObjectKey.of(budget)));
                            }
                        },
                        object -> {}));
    }

    private void podUpdated(Pod before, Pod now) {
        boolean same = Pods.isReady(before) == Pods.isReady(now)
                && Nulls.isDeleting(before) == Nulls.isDeleting(now)
                && Nulls.labels(before).equals(Nulls.labels(now))
                && before.getMetadata()
                        .getOwnerReferences()
                        .equals(now.getMetadata().getOwnerReferences());
        if (same) {
            return;
        }
        podChanged(now);
        if (!Nulls.labels(before).equals(Nulls.labels(now))) {
            podChanged(before);
        }
    }

    private void podChanged(Pod pod) {
        budgets.inNamespace(Nulls.namespace(pod))
                .filter(budget -> Selectors.matches(budget.getSpec().getSelector(), Nulls.labels(pod)))
                .forEach(budget -> loop.queue().add(ObjectKey.of(budget)));
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<PodDisruptionBudget> found = budgets.get(key);
        if (found.isEmpty() || Nulls.isDeleting(found.get())) {
            return Outcome.DONE;
        }
        PodDisruptionBudget budget = found.get();
        List<Pod> pods = context.pods().inNamespace(key.namespace()).stream()
                .filter(pod -> Selectors.matches(budget.getSpec().getSelector(), Nulls.labels(pod)))
                .toList();
        loop.queue().rest(key, Rests.after(pods.size()));
        if (pods.isEmpty()) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        BudgetPlan plan;
        try {
            WorkloadScales.Sum scale = BudgetPlan.needsScale(budget) ? scales.sum(pods) : WorkloadScales.Sum.NONE;
            if (scale.unmanaged()) {
                tellUnmanaged(budget);
            }
            plan = BudgetPlan.of(budget, pods, scale.replicas(), context.now());
        } catch (ApiException e) {
            events.warning(
                    budget,
                    "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: " + e.getMessage());
            write(budget, BudgetPlan.failed(budget, e.getMessage(), context.now()));
            return Outcome.DONE; // a change of the budget or of its Pods asks again
        }
        plan.overdue().forEach(pod -> tellNotDeleted(budget, pod));
        write(budget, plan.status());
        return plan.recheck().map(Outcome::again).orElse(Outcome.DONE);
    }

    private void tellUnmanaged(PodDisruptionBudget budget) {
        events.warning(
                budget,
                "UnmanagedPods",
                ("Pods selected by this PodDisruptionBudget (selector: %s) were found to be unmanaged. As a result, the"
                                + " status of the PDB cannot be calculated correctly, which may result in undefined"
                                + " behavior. To account for these pods please set \".spec.minAvailable\" field of the"
                                + " PDB to an integer value.")
                        .formatted(GoSelector.text(budget.getSpec().getSelector())));
    }

    /** Names the namespace twice, as upstream does. */
    private void tellNotDeleted(PodDisruptionBudget budget, Pod pod) {
        String namespace = Nulls.namespace(budget);
        events.warning(
                pod,
                "NotDeleted",
                "Pod was expected by PDB %s/%s to be deleted but it wasn't".formatted(namespace, namespace));
    }

    private void write(PodDisruptionBudget budget, PodDisruptionBudgetStatus status) {
        if (!status.equals(budget.getStatus())) {
            context.resources(PodDisruptionBudget.class)
                    .updateStatus(budget.toBuilder().withStatus(status).build());
        }
    }
}
