package io.k8j.controllers.migration;

import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigration;
import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigrationBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.ResourceCatalog;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.migration.MigrationConditions.State;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Carries StorageVersionMigrations out. */
public final class MigrationController {
    private static final int WORKERS = 5;
    /** A custom resource that has just been made may not be served yet. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ControllerContext context;
    private final Informer<StorageVersionMigration> migrations;
    private final MigratedObjects objects;
    private final ControllerLoop<ObjectKey> loop;

    private MigrationController(ControllerContext context) {
        this.context = context;
        this.migrations = context.informer(StorageVersionMigration.class);
        this.objects = new MigratedObjects(context.client().transport());
        this.loop = new ControllerLoop<>("storage-version-migrator-controller", context.time(), this::reconcile);
        migrations.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), gone -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new MigrationController(context).loop, WORKERS);
    }

    private void enqueue(StorageVersionMigration migration) {
        loop.queue().add(ObjectKey.of(migration));
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<StorageVersionMigration> found =
                migrations.get(key).filter(migration -> !MigrationConditions.isOver(migration));
        if (found.isEmpty()) return Outcome.DONE;
        StorageVersionMigration migration = found.get();
        Optional<ResourceCatalog.Entry> resource = resource(migration);
        String version =
                migration.getStatus() == null ? null : migration.getStatus().getResourceVersion();
        if (resource.isEmpty()) {
            Instant made = Times.created(migration);
            if (context.now().isBefore(made.plus(PATIENCE))) return new Outcome.Later("the resource");
            return fail(
                    migration,
                    version == null ? "resource does not exist in discovery" : "unable to obtain GVR from discovery");
        }
        if (version == null || version.isEmpty()) {
            remember(migration, objects.version(resource.get()));
            return Outcome.DONE; // the change of the status brings it back
        }
        return run(migration, resource.get(), Long.parseLong(version));
    }

    private Optional<ResourceCatalog.Entry> resource(StorageVersionMigration migration) {
        var wanted = migration.getSpec().getResource();
        String group = wanted.getGroup() == null ? "" : wanted.getGroup();
        return context.catalog().resources().stream()
                .filter(e -> e.resource().group().equals(group)
                        && e.resource().resource().equals(wanted.getResource()))
                .filter(e -> e.verbs().contains("list") && e.verbs().contains("patch"))
                .findFirst();
    }

    private void remember(StorageVersionMigration migration, String version) {
        write(new StorageVersionMigrationBuilder(migration)
                .editOrNewStatus()
                .withResourceVersion(version)
                .endStatus()
                .build());
    }

    private Outcome run(StorageVersionMigration migration, ResourceCatalog.Entry resource, long version) {
        StorageVersionMigration running = write(MigrationConditions.with(migration, State.RUNNING, "", context.now()));
        try {
            objects.migrate(resource, version);
        } catch (ApiException e) {
            if (e.code() >= 500 || e.code() == 429) throw e; // tried again
            return fail(running, e.getMessage());
        }
        write(MigrationConditions.with(running, State.SUCCEEDED, "", context.now()));
        return Outcome.DONE;
    }

    private Outcome fail(StorageVersionMigration migration, String why) {
        write(MigrationConditions.with(
                migration, State.FAILED, "migration encountered unhandled error: " + why, context.now()));
        return Outcome.DONE;
    }

    private StorageVersionMigration write(StorageVersionMigration migration) {
        return context.resources(StorageVersionMigration.class).updateStatus(migration);
    }
}
