package dev.twinkeeper.scenarios;

import dev.twinkeeper.curator.recipes.CuratorRecipes;

class CuratorRecipesTest extends RecipeSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.ofRecipes(new CuratorRecipes());
    }
}
