"""The notions of `rules.notions` in Spanish, French, German, Portuguese, Italian; words without accents."""

EUROPE: dict[str, str] = {
    "model": "modelo, modele, modell, modello, modelos, modeles, modelle, modells, despliegue",
    "key": """
        clave, claves, cle, cles, schlussel, chave, chaves, chiave, chiavi, credenciales, identifiants,
        zugangsdaten, credenciais, credenziali, jeton, api-schlussel, apischlussel, autenticacion,
        authentification, authentifizierung, autenticacao, autenticazione, anmeldung, iniciado sesion,
        angemeldet, connecte, lauthentification, dauthentification, clave de api
    """,
    "account": """
        cuenta, compte, konto, conta, usuario, utilisateur, benutzer, utente, organizacion, organisation,
        organizacao, organizzazione, proyecto, projet, projekt, projeto, progetto
    """,
    "money": """
        saldo, solde, guthaben, credito, creditos, credits, credit, crediti, fondos, fonds, pago, paiement,
        zahlung, pagamento
    """,
    "quota": """
        cuota, kontingent, quoten, cota, forfait, tarif, plan gratuito, nutzungslimit, uso gratuito, suscripcion,
        abonnement, dabonnement, abonnementspunktestand, assinatura, abbonamento, plan de pago, plan,
        limite de uso, limite de utilisation, nutzungsgrenze, limite di utilizzo
    """,
    "budget": """
        presupuesto, ausgabenlimit, gasto, depenses, ausgaben, orcamento, spesa, limite de creditos,
        limite de facturacion, limite de faturamento, limite de gastos, limite de depenses, limite de credit
    """,
    "barred": """
        no esta disponible para su, no esta disponible para tu, nao esta disponivel para sua,
        nao esta disponivel para seu, nest pas disponible pour votre, nicht verfugbar fur ihr,
        nicht verfugbar fur ihren, non e disponibile per il tuo, no tiene acceso, no tienes acceso, navez pas acces,
        na pas acces, keinen zugriff, nao tem acesso, nicht freigeschaltet, non hai accesso, sem acesso
    """,
    "prompt": """
        entrada, contexto, contexte, kontext, contesto, eingabe, entree, ingresso, indicacion, invite,
        conversacion, conversation, unterhaltung, conversa, conversazione, mensajes, nachrichten, mensagens,
        messaggi, longitud, longueur, lange, comprimento, lunghezza, tamano del contexto,
        mensaje, mensagem, texto, texte, message, nachricht, testo, messaggio, conversaciones
    """,
    "parameter": """
        parametro, parametros, parametre, parametres, parametri, campo, campos, champ, champs, feld, wert, valor,
        valeur, valore
    """,
    "media": """
        imagen, imagenes, bild, bilder, imagem, imagens, immagine, immagini, archivo, fichier, datei, arquivo,
        documento
    """,
    "request": """
        solicitud, peticion, requete, anfrage, requisicao, solicitacao, richiesta, demande, daten, datos,
        donnees, anfragedaten
    """,
    "count": """
        numero de solicitudes, numero de peticiones, nombre de requetes, anzahl der anfragen, numero de requisicoes,
        numero di richieste
    """,
    "calls": """
        solicitudes, peticiones, requetes, anfragen, requisicoes, solicitacoes, richieste, llamadas, appels,
        aufrufe, chamadas, chiamate, requete, anfrage, solicitud, demande, demandes
    """,
    "server": """
        servidor, serveur, server, servicio, dienst, servico, servizio, service, sistema, systeme, system,
        upstream, amont
    """,
    "network": """
        red, reseau, netzwerk, rede, rete, conexion, connexion, verbindung, conexao, connessione, internetverbindung,
        connexion internet, conexion a internet, conexao com a internet
    """,
    "answer": """
        respuesta, reponse, antwort, resposta, risposta, resultado, resultat, ergebnis, risultato,
        bloque de mensajes, bloc de message, nachrichtenchunk
    """,
    "content": "contenido, contenu, inhalt, conteudo, contenuto, texto, texte",
    "place": """
        pais, region, pays, land, regione, paese, regiao, ubicacion, standort, emplacement, localisation,
        localizacao, posizione, geographiques, geograficas, regionalen
    """,
    "absent": """
        no existe, no encontrado, no encontrada, no se encontro, nexiste pas, introuvable, non trouve,
        existiert nicht, nicht gefunden, nao existe, nao encontrado, nao encontrada, non esiste, non trovato,
        inexistente, desconocido, inconnu, unbekannt, no puede encontrar, no se puede encontrar, pas pu trouver,
        na pas ete trouve, nicht finden, konnte nicht gefunden werden, gefunden werden, nao pode encontrar,
        non e stato trovato, nexiste
    """,
    "unsupported": """
        no admite, no soporta, no compatible, no es compatible, no admitido, non pris en charge,
        ne prend pas en charge, nicht unterstutzt, unterstutzt, nao suporta, nao suportado, non supporta,
        non supportato, no es compatible con, nicht unterstutzen
    """,
    "invalid": """
        no valido, no valida, invalido, invalida, incorrecto, incorrecta, invalide, incorrect, ungultig,
        ungultiger, ungultige, ungultiges, falsch, fehlerhaft, non valido, non valida, incorreto,
        no es valido, no es valida, nao e valido, nest pas valide, nicht gultig, non e valido
    """,
    "unreal": """
        no valida, no valido, invalida, invalido, incorrecta, invalide, incorrecte, ungultig, ungultiger,
        ungultige, falsch, falscher, non valida, rechazada, refusee, abgelehnt, fallida, echouee, fehlgeschlagen,
        falhou, fallita, a echoue, echoue, ha fallado, no se ha completado,
        no es valida, no es valido, nao e valida, nao e valido, nest pas valide, nicht gultig, non e valida,
        no funciona, errata, errato, sbagliata, errada
    """,
    "missing": """
        nicht eingerichtet, noch nicht eingerichtet, nicht hinterlegt, no establecida, no esta configurada, no definida,
        falta, faltan, no hay, manquante, manquant, fehlt, fehlende, fehlender, ausente, mancante,
        no configurada, non configuree, non fournie, nicht konfiguriert, nicht gesetzt, no proporcionada,
        nao configurada, configuradas, keine, kein, aucune, aucun, no has, netes pas, nicht angemeldet, pas de, sin,
        sem, nessuna, nessun, nenhuma, nenhum, manca, obligatorio, obligatoire, erforderlich, obrigatorio
    """,
    "expired": "caducado, caducada, expirado, expirada, expire, expiree, abgelaufen, scaduto, scaduta, vencida",
    "exceeded": """
        supera, superado, superada, excede, excedido, demasiado, demasiado largo, depasse, trop long,
        trop longue, uberschreitet, uberschritten, zu lang, ultrapassa, muito longo, troppo lungo, supera il,
        demasiado grande, demasiado larga, trop importante, trop volumineux, zu groß, zu gross, muito grande,
        troppo grande, depasse la,
        muito longa, troppo lunga, muito extenso, demasiado extenso
    """,
    "exhausted": """
        insuficiente, insuficientes,
        agotado, agotada, agotados, superado, superada, excedido, excedida, insuffisant, epuise,
        epuises, atteint, depasse, depassee, insuffisants, aufgebraucht, erschopft, uberschritten, unzureichend,
        esgotado, esgotada, atingido, esaurito, esauriti, superato, insufficiente, erreicht, reicht nicht,
        ha alcanzado, alcanzado el limite, alcanzado, a atteint, ist erreicht, atingiu, raggiunto, atteinte, agotaron,
        se agoto, sin saldo, plus de credit, aufgebraucht, verbraucht
    """,
    "often": """
        demasiadas, limite, por minuto, limite de requetes, limite de solicitudes, limite de requisicoes, trop de, trop,
        par minute, zu viele, pro minute, muitas, troppe, al minuto, frecuencia, begrenzung, trop frequente,
        trop frequentes, zu haufig, demasiado frecuentes, troppo frequenti
    """,
    "denied": """
        denegado, denegada, prohibido, suspendida, bloqueada, refuse, interdit, suspendu, bloque, verweigert,
        gesperrt, verboten, negado, bloqueado, suspensa, negato, bloccato, no esta disponible en,
        nicht verfugbar in, non disponible dans, nao disponivel em
    """,
    "retired": "retirado, obsoleto, obsolete, retire, eingestellt, veraltet, descontinuado, dismesso",
    "loading": "cargando, chargement, wird geladen, geladen, carregando, caricamento",
    "busy": """
        sobrecargado, saturado, ocupado, surcharge, sature, occupe, uberlastet, ausgelastet, sovraccarico,
        sobrecarga, uberlastung,
        sobrecarregado, sobrecarregada, surchargee, uberlasted, congestionado
    """,
    "down": """
        no disponible, no esta disponible, indisponible, nest pas disponible, nicht verfugbar, nicht erreichbar,
        indisponivel, nao esta disponivel, non disponibile, mantenimiento, wartung, manutencao, maintenance,
        wartungsarbeiten, travaux de maintenance
    """,
    "broken": """
        error interno, erreur interne, interner fehler, interner, erro interno, errore interno, dificultades,
        difficultes, schwierigkeiten, problema, probleme, problem, dificuldades, problemi, inesperado, inattendu,
        unerwartetes
    """,
    "cut": """
        perdida, perdido, rechazada, interrumpida, fallida, perdue, interrompue, refusee, echoue, echouee,
        verloren, unterbrochen, abgelehnt, fehlgeschlagen, recusada, interrompida, falhou, interrotta, rifiutata,
        falha, fallo, fallo la, echec, fehler
    """,
    "late": """
        tiempo de espera, tiempo agotado, delai, delai dattente, delai depasse, zeituberschreitung, zu lange,
        tempo esgotado, tempo limite, tempo scaduto, en attendant, beim warten, a expire, agotado el tiempo,
        mientras esperaba, no recibio respuesta, pas recu de reponse, keine antwort, nao recebeu resposta,
        nessuna risposta, trop lente, demasiado lenta, zu lange gedauert, trop de temps, demasiado tiempo,
        muito tempo, troppo tempo, tardo demasiado, tardado demasiado, ha tardado, gebraucht
    """,
    "empty": "vacia, vacio, vide, leer, leere, vazia, vazio, vuota, vuoto",
    "policy": """
        politica, politicas, politique, richtlinien, richtlinie, nutzungsrichtlinien, normas, regras, diretrizes,
        directrices, reglas, regles, regole
    """,
    "by people": "por el usuario, par lutilisateur, vom benutzer, pelo usuario, dallutente",
    "stopped": "cancelada, cancelado, annulee, annule, abgebrochen, annullata, annullato, interrumpida por",
    "not made": """
        no devolvio, no ha devuelto, no genero, no ha generado, sin generar, na renvoye, na retourne, na pas renvoye,
        na pas genere, na genere aucune, nao retornou, nao devolveu, nao gerou, non ha restituito, non ha generato,
        lieferte keine, keine antwort geliefert, hat nichts geliefert
    """,
    "flagged": """
        infringe, incumple, verstoßt,
        inapropiado, bloqueado por seguridad, viola, inapproprie, enfreint, unangemessen, verstosst, inadequado,
        inappropriato,
        bloqueado, bloqueada, bloque, bloquee, gefiltert, blockiert, filtrado, filtre, bloccato, recusado, signale
    """,
    "unfinished": "truncada, truncado, incompleta, tronquee, incomplete, abgeschnitten, unvollstandig, troncata",
    "rights": """
        permiso, permisos, permission, permissions, autorisation, autorisations, lautorisation, dautorisations,
        berechtigung, berechtigungen, zugriffsrechte, rechte, permissao, permissoes, permesso, permessi,
        derechos, droits, droits dacces
    """,
    "lacking": """
        no tiene, no tienes, insuficientes, navez pas, nayez pas, insuffisantes, insuffisants, keine, kein,
        unzureichender, unzureichende, nicht genugend, nao tem, non hai, sem
    """,
    "endpoint": "pagina, recurso, ressource, page, seite, risorsa, ruta, pfad, chemin",
    "undone": """
        procesar, completar, traiter, fournir, verarbeiten, bearbeiten, bereitstellen, proporcionar servicio,
        processar, elaborare, atender
    """,
    "unreadable": "analisis, de parsing, parsing, beim parsen, parsen",
}
