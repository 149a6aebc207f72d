package io.k8j.controllers.migration;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigration;
import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigrationBuilder;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads and sets what a migration has come to. */
final class MigrationConditions {
    /** A state with upstream's reason for it. */
    enum State {
        RUNNING("Running", "StorageVersionMigrationInProgress"),
        SUCCEEDED("Succeeded", "StorageVersionMigrationSucceeded"),
        FAILED("Failed", "StorageVersionMigrationFailed");

        private final String type;
        private final String reason;

        State(String type, String reason) {
            this.type = type;
            this.reason = reason;
        }
    }

    private MigrationConditions() {}

    static boolean isOver(StorageVersionMigration migration) {
        return isTrue(migration, State.SUCCEEDED) || isTrue(migration, State.FAILED);
    }

    private static boolean isTrue(StorageVersionMigration migration, State state) {
        return conditions(migration).stream()
                .anyMatch(c -> state.type.equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private static List<Condition> conditions(StorageVersionMigration migration) {
        return migration.getStatus() == null
                ? List.of()
                : Nulls.list(migration.getStatus().getConditions());
    }

    /** A copy in another state; one that is over does not run any more. */
    static StorageVersionMigration with(StorageVersionMigration migration, State state, String message, Instant now) {
        if (isTrue(migration, state)) return migration;
        List<Condition> next = new ArrayList<>();
        for (Condition c : conditions(migration)) {
            if (c.getType().equals(state.type)) continue;
            boolean stops = state != State.RUNNING && c.getType().equals(State.RUNNING.type);
            next.add(
                    stops
                            ? new ConditionBuilder(c)
                                    .withStatus("False")
                                    .withLastTransitionTime(Times.text(now))
                                    .build()
                            : c);
        }
        next.add(new ConditionBuilder()
                .withType(state.type)
                .withStatus("True")
                .withLastTransitionTime(Times.text(now))
                .withReason(state.reason)
                .withMessage(message)
                .build());
        return new StorageVersionMigrationBuilder(migration)
                .editOrNewStatus()
                .withConditions(next)
                .endStatus()
                .build();
    }
}
