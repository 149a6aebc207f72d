/**
 * Stores all objects of a resource anew, so that none is left in an old version or under an old key.
 *
 * <p>StorageVersionMigration → the resource's version of now, written into its status → each object that is not newer gets
 * an empty apply with its uid and version, which the API server stores in the form of now, or refuses as a conflict when
 * somebody else has written the object since.
 */
package io.k8j.controllers.migration;
