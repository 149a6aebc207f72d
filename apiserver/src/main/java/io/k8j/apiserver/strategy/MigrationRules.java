package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.MigrationValidation;
import java.util.Map;

/** What is special about StorageVersionMigrations. */
final class MigrationRules {
    private MigrationRules() {}

    static Map<String, Rules> table() {
        return Map.of(
                "storageversionmigrations.storagemigration.k8s.io",
                Rules.withStatus()
                        .withoutGeneration()
                        .conditional()
                        .keepsMetadataInStatus()
                        .check(MigrationValidation::create)
                        .updateCheck(MigrationValidation::update)
                        .statusCheck(MigrationValidation::status));
    }
}
