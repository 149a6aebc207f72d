/**
 * CustomResourceDefinitions.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.crd.DefinitionStrategy} checks a definition when it is written.
 *   <li>{@link io.k8j.apiserver.crd.CustomResources} hears of it on its own thread, accepts its names, compiles each
 *       version ({@code StructuralSchema}) and puts it into the resource table; then the definition is Established.
 *   <li>Objects take the same way as built-in ones; {@code VersionRules} prunes, defaults and checks them, with CEL
 *       rules ({@code RuleTree}) last.
 *   <li>When a definition is deleted its objects go first, held by a finalizer.
 * </ol>
 */
package io.k8j.apiserver.crd;
