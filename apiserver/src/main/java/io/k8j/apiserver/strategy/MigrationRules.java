package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.MigrationValidation;

/** What is special about StorageVersionMigrations. */
final class MigrationRules {
    private MigrationRules() {}

    static Rules rules() {
        return Rules.withStatus()
                .withoutGeneration()
                .conditional()
                .keepsMetadataInStatus()
                .check(MigrationValidation::create)
                .updateCheck(MigrationValidation::update)
                .statusCheck(MigrationValidation::status);
    }
}
